package import GRDB

extension Configuration {
    /// How to open a file of the state directory. Anybody may have written to it.
    ///
    /// - Parameters:
    ///   - label: Its name in messages.
    ///   - patience: How long to wait for the lock of another process, in seconds.
    ///   - pragmas: Further settings for each connection, as SQL.
    package static func stateFile(_ label: String, patience: Double, pragmas: String = "") -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(patience)
        // If a rollback fails too, the file is closed. That is no reason to end the process.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    \(pragmas)
                    PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
                    """)
        }
        return configuration
    }
}
