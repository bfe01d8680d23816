/** SHA-256, loaded when it is first needed: that takes four milliseconds, and a one-shot command needs none. */
export const sha256 = () => process.getBuiltinModule("node:crypto").createHash("sha256")
