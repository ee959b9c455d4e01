/// For how long other hosts have seen a destination failing or in doubt. It counts only once this host has seen it too.
public struct SharedAges: Sendable, Hashable {
    /// Since the first host saw a fault; zero if none has.
    package let fault: Duration
    /// Since the first host was in doubt; zero if none is.
    package let doubt: Duration

    /// Ages; by default others have seen nothing.
    public init(fault: Duration = .zero, doubt: Duration = .zero) {
        self.fault = fault
        self.doubt = doubt
    }
}
