/// Why a text is no address of a store.
package struct StoreAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence without a full stop that quotes the text, or the clause of one within this target. It never has a
    /// password.
    package let description: String

    init(_ description: String) { self.description = description }
}
