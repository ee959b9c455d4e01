package import DANE
package import Inspection

/// Where mail for a recipient goes next, and who chose that.
package struct Hop: Sendable, Equatable {
    /// The next hop.
    package let destination: Destination
    /// F-91: whether this site's own configuration leads there (`relayhost`, a transport map, mailertable, SMART_HOST),
    /// and not the recipient's domain. Then a fault there is this site's to mend, and it stops the mail of many
    /// recipients.
    package var isOwn = false
    /// F-90: the domain that the client typed, if the MTA has put the destination's name in its place; else nil.
    ///
    /// Sendmail replaces a domain that is an alias before a milter sees it. `AliasBook` tells which of the two is
    /// judged.
    package var typed: DomainName?

    /// Makes one from its parts.
    package init(destination: Destination, isOwn: Bool = false, typed: DomainName? = nil) {
        self.destination = destination
        self.isOwn = isOwn
        self.typed = typed
    }
}
