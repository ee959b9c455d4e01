/// The end of a certificate or a signature.
package struct ExpiryEnd: Sendable, Hashable {
    /// What ends, such as `the MX records of example.org`, or the host that shows a certificate.
    package let subject: String
    /// Its last valid second, since 1970.
    package let time: Int64

    /// An end of something.
    package init(subject: String, time: Int64) {
        self.subject = subject
        self.time = time
    }
}
