"""`vigil chaos`: kill processes while the demo's footage plays, and compare what the tables hold with a calm run."""
