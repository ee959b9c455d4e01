import Gate
import Policy

extension ExemptionOrder {
    /// Reads all arguments before anything is done for one of them.
    static func patterns(_ texts: [String]) throws(ExemptionOrderError) -> [DomainPattern] {
        var patterns: [DomainPattern] = []
        for text in texts { patterns.append(try pattern(text)) }
        return patterns
    }

    /// Returns the live exemptions, for a command that prints other things too. If they cannot be read, standard error
    /// says so, and the command goes on as if there were none.
    static func standing(_ settings: Settings) -> [Exemption] {
        do throws(ExemptionOrderError) { return try list(settings, isWhole: false) } catch {
            StandardDescriptors.tell(["\(error.sentence) What follows is as without exemptions."])
            return []
        }
    }
}
