import HTTPTypes

@testable import Web

/// The fields by which a request says which page it comes from.
struct HTTPFieldsOfTest {
    var origin: String?
    var site: String?

    /// Them as a request has them.
    var all: HTTPFields {
        var fields: HTTPFields = [:]
        if let origin { fields[.origin] = origin }
        if let site { fields[PageFields.secFetchSite] = site }
        return fields
    }

    /// What is left of them: the type takes out what no field may have.
    var seen: (origin: String?, site: String?) { (all[.origin], all[PageFields.secFetchSite]) }
}
