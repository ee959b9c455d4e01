extension StringProtocol {
    /// A line of danegate's log on standard error without its time and level.
    public var withoutTime: String {
        String(self).replacing(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [a-z]+ /#, with: "")
    }
}
