package import GRDB

extension Configuration {
    /// How a file of the state directory is opened, which anybody may have written to.
    ///
    /// - Parameters:
    ///   - label: Its name in messages.
    ///   - patience: So long the lock of another process is waited for, in seconds.
    ///   - pragmas: What else is set on each connection, as SQL.
    package static func stateFile(_ label: String, patience: Double, pragmas: String = "") -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(patience)
        // Where a rollback fails too, the file is closed: no reason to end the process.
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
