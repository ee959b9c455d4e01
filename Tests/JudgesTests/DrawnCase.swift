/// A random chain with a random TLSA set. (stub)
struct DrawnCase: Sendable, CustomStringConvertible { var description: String { "" } }
