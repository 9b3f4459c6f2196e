"""What a plate in Kazakhstan can be: formats, regions, characters that look alike; for every stage that reads one."""
