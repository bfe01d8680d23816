/** Checks that a command line can run before a worker claims anything for it. */
import { constants } from "node:fs"
import { access, open } from "node:fs/promises"
import { delimiter, join } from "node:path"

// A command line that begins with a plain or a quoted program. Anything else, such as `FOO=1 ./x`, is left to the shell.
const firstWord = /^\s*(?:"([^"$`\\]+)"|'([^']+)'|([\w@%+,./-]+))(?=\s|$)/

// The words that a shell runs itself, or that begin its own syntax.
const ofShell = new Set(
  "alias bg break case cd command continue do echo eval exec exit export false fg fi for getopts hash if jobs kill printf pwd read readonly return set shift test then times trap true type ulimit umask unalias unset until wait while".split(
    " "
  )
)

const canExecute = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false
  )

/** The interpreter that a script names in its first line; `undefined` for another file. */
const interpreterOf = async (path: string): Promise<string | undefined> => {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
    return /^#!\s*(\/\S+)/.exec(buffer.toString("latin1", 0, bytesRead))?.[1]
  } catch {
    // It may be executed, but not read.
    return undefined
  }
}

/** Why a command line cannot run; `undefined` if it may. Windows has other rules, so nothing is checked there. */
export const whyNot = async (command: string): Promise<string | undefined> => {
  const match = firstWord.exec(command)
  const word = match?.[1] ?? match?.[2] ?? match?.[3]
  if (process.platform === "win32" || word === undefined || ofShell.has(word)) return undefined
  const paths = word.includes("/")
    ? [word]
    : (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, word))
  for (const path of paths) {
    if (!(await canExecute(path))) continue
    const interpreter = await interpreterOf(path)
    if (interpreter === undefined || (await canExecute(interpreter))) return undefined
    return `${word} needs ${interpreter}, which is not there or cannot be executed`
  }
  return `${word} is not there or cannot be executed`
}
