/// Why there is no notice for a domain.
public enum NoticeError: Error, Sendable, Equatable {
    /// The domain is in order, or says itself that it takes no mail.
    case inOrder
    /// No fault is proven.
    case doubt
}
