extension StringProtocol {
    /// A reply without the minute at which its fault was first seen.
    ///
    /// It is counted back from each reply, to the second, and told in minutes: replies to the same fault may differ by
    /// one.
    var withoutFirstSeen: String {
        String(self).replacing(#/; first seen \d{4}-\d\d-\d\d \d\d:\d\d UTC/#, with: "; first seen")
    }
}
