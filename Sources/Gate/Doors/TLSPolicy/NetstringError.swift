/// What has come is no netstring, or one that is too long.
struct NetstringError: Error {}
