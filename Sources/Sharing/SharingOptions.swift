package import Inspection
package import Store

/// How a host shares what it knows.
package struct SharingOptions: Sendable {
    /// Hosts that look at different worlds, or do not trust each other, have different realms.
    package var realm = "default"
    /// This host's name, as the others see it.
    package var writer = "-"
    /// A digest of the settings that decide what is true. Only equal ones understand each other.
    package var settings = ""
    /// How long the store may take to answer before it counts as silent.
    package var patience = Duration.milliseconds(50)
    /// How long another host's inspection is waited for: half of what a recipient may wait.
    package var wait: @Sendable () -> Duration = { .milliseconds(2500) }
    /// How long a lock holds that nobody frees.
    package var lock: @Sendable () -> Duration = { .seconds(7) }
    /// How long a first sighting is remembered after the last.
    package var memory: @Sendable () -> Duration = { .seconds(4 * 3600) }
    /// How long at most another host's finding about a server is used.
    package var findingTime: @Sendable () -> Duration = { .seconds(3600) }
    /// How an expired certificate under DANE-EE counts.
    package var expiredEE = ExpiredEE.ignore
    /// One in so many good verdicts, and findings, of others is inspected by this host as well; 0: none, 1: each.
    package var checkedShare = 100
    /// Whether exemptions are shared.
    package var sharesExemptions = true
    /// How often the exemptions are read although the store has told of no change.
    package var exemptionInterval = Duration.seconds(30)
    /// How much later than the store's clock a time may be.
    package var leap = Duration.seconds(60)
    /// The client's own options.
    package var store = StoreOptions()

    /// The usual options.
    package init() {}
}
