"""The evidence screen: logs, exports, the operator's word, the past of a row."""
