"""The evidence sink: what an incident or a violation shows, cut from `frames`, signed, logged and stored once.

window, plan -> what is needed; clip, still, manifest -> what is made of it (pure); store, log -> where it is kept;
consumer -> the loop; verify -> the check, which needs Python alone and travels with each export.
"""
