"""Which schools a report is about, at which date, and how URNs follow one another."""
