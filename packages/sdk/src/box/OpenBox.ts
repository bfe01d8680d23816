import { type Box, makeBox } from "./Box.ts"

/** Opens the box of this runtime. */
export const openBox = async (): Promise<Box> =>
  // Not by `process` alone, which bundlers for browsers may fill in.
  typeof process === "object" && typeof process.getBuiltinModule === "function"
    ? makeBox([(await import("./NodeThread.ts")).startThread])
    : makeBox((await import("./WebThreads.ts")).startThreads)
