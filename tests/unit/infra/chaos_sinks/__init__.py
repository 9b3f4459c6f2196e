"""The chaos of the sink: its plan, its messages, its proxy, its verdict."""
