"""How near every chapter's headline estimates come to the truth of simulated communities."""
