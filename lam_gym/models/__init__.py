"""The behavior model B and the large action policy A."""
