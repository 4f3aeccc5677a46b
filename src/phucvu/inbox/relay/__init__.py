"""The relay: what senders send is passed on, as it came, to the national portal or the province's axis."""
