"""One file a question: validated data in, one frozen result out."""
