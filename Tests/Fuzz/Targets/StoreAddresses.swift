import Store

extension FuzzTarget {
    /// The store's address, and the file with user and password.
    static let storeAddresses = FuzzTarget("store-addresses") { bytes in
        switch Result(catching: { () throws(StoreAddressError) in try StoreAddress(bytes.text) }) {
        case .success(let address):
            try require(
                (1...StoreAddress.maximumEndpoints).contains(address.endpoints.count),
                "\(address.endpoints.count) endpoints")
            try require((0...StoreAddress.maximumDatabase).contains(address.database), "database \(address.database)")
            try requireQuiet(address.description, atMost: 4500, "an address")
            try require((try? StoreAddress(address.description)) == address, "\(address) reads as another address")
        case .failure(let error):
            try requireLine(error.description, atMost: 600, "a sentence")
        }
        switch Result(catching: { () throws(StoreCredentialsError) in try StoreCredentials(bytes.text) }) {
        case .success(let credentials):
            try require(!credentials.password.isEmpty && !credentials.user.isEmpty, "empty credentials")
            try requireLine(credentials.description, atMost: 100, "credentials")
        case .failure(let error):
            try requireLine(error.description, atMost: 200, "a clause")
        }
    }
}
