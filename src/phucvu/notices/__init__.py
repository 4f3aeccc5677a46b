"""What people are told by themselves: a digest a day, by an outbox that loses nothing."""
