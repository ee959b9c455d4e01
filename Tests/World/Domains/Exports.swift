// The world is one module to those who use it.
@_exported public import WorldHosts
@_exported public import WorldServers
