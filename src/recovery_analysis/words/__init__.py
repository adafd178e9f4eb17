"""Words of the field: identifiers, periods, measures, reasons for missing values. No I/O, no pandas."""
