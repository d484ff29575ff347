"""The rules of the subject: values in, values out; no clock, no chance, no sentences."""
