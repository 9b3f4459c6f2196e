"""`vigil chaos`: kill processes while the demo's footage plays, compare with a calm run; sinks/ disturbs the sink."""
