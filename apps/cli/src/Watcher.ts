/**
 * Ends the programs of a worker that was killed outright. A shell beside the worker learns the process group of each
 * program through a pipe. The pipe closes with the worker, however that ends, and the shell then kills every group that is
 * left. Windows has no process groups, so nothing watches there.
 */
import type { ChildProcess, spawn as Spawn } from "node:child_process"

// Signals do not end it, because a terminal or a service manager sends them to the worker as well.
const script = `trap "" HUP INT QUIT TERM
all=" "
while read -r sign group; do
  case $sign in
    +) all="$all$group " ;;
    -) case $all in *" $group "*) all="\${all%% $group *} \${all#* $group }" ;; esac ;;
  esac
done
for group in $all; do kill -s KILL -- "-$group" 2>/dev/null; done`

let shell: ChildProcess | undefined

const tell = (line: string): void => void shell?.stdin?.write(`${line}\n`)

/** Watches a process group until `unwatch`. */
export const watch = (spawn: typeof Spawn, pid: number): void => {
  if (shell === undefined) {
    // In another session, so that no signal to the worker's group reaches it.
    shell = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
    const { stdin } = shell
    const forget = (): void => void (shell = undefined)
    shell.once("error", forget).once("exit", forget)
    stdin?.on("error", forget)
    shell.unref()
    // The cast: a pipe of Node is a socket, which does not keep the worker running either.
    const socket = stdin as { readonly unref?: () => void } | null
    socket?.unref?.()
  }
  tell(`+ ${pid}`)
}

/** Forgets a process group that has ended. */
export const unwatch = (pid: number): void => tell(`- ${pid}`)
