package import DANE
package import Inspection

/// Where mail for a recipient goes next, and whose choice that is.
package struct Hop: Sendable, Equatable {
    /// The next hop.
    package let destination: Destination
    /// Whether this site's own configuration leads there (`relayhost`, a transport map, mailertable, SMART_HOST), and
    /// not the recipient's domain. What is broken there is this site's to mend, and stands for the mail of many
    /// recipients.
    package var isOwn = false
    /// The domain that the client typed, where the MTA has put the destination's name in its place; nil where it has
    /// not.
    ///
    /// Sendmail does so with a domain that is an alias, before a milter sees it. Which is judged, `AliasBook` tells.
    package var typed: DomainName?

    /// One of these parts.
    package init(destination: Destination, isOwn: Bool = false, typed: DomainName? = nil) {
        self.destination = destination
        self.isOwn = isOwn
        self.typed = typed
    }
}
