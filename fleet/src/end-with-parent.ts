/**
 * Loaded before a child of the fleet: when the supervisor is gone without a word, the child ends itself the way it ends
 * on request. Otherwise a killed `npm start` would leave servers behind that hold the ports.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
