/** One file of the simulated disk: what is read from it, and what of that is really there. */
import type { randomOf } from "./faults.ts"

export interface Inode {
  readonly id: number
  readonly mode: number
  current: Buffer
  durable: Buffer
  /** Up to here `durable` is surely what the disk holds. */
  stable: number
  /** What a failed flush dropped: reads well, is not on the disk, and no later flush will bring it there. */
  dropped: Array<readonly [number, number]>
  flushErrors: number
  version: number
  modified: number
}

const sector = 512

/** Brings a file to the disk, but for what an earlier failure dropped. */
export const flush = (inode: Inode): void => {
  const durable = Buffer.from(inode.current)
  for (const [from, to] of inode.dropped) durable.fill(0, from, Math.min(to, durable.length))
  inode.durable = durable
  inode.stable = durable.length
}

/** What the power cut leaves of one file. */
export const survivor = (
  inode: Inode,
  random: ReturnType<typeof randomOf>,
  graveyard: ReadonlyArray<Buffer>
): Buffer => {
  const newest = inode.current
  if (inode.stable === newest.length && inode.durable.length === newest.length) return inode.durable
  const longest = Math.max(newest.length, inode.durable.length)
  const length = inode.stable + random.below(longest - inode.stable + 1)
  const left = Buffer.alloc(length)
  inode.durable.copy(left, 0, 0, Math.min(inode.stable, length))
  const calm = random.chance(0.5)
  for (let from = inode.stable; from < length;) {
    const to = Math.min(length, (Math.floor(from / sector) + 1) * sector)
    const dropped = inode.dropped.some(([start, end]) => from < end && start < to)
    const luck = calm && !dropped ? 0 : random.below(dropped ? 2 : 3) + (dropped ? 1 : 0)
    if (luck === 0) overlay(left, newest, from, to)
    else if (luck === 2) {
      const old = graveyard.length === 0 ? inode.durable : graveyard[random.below(graveyard.length)]
      if (old !== undefined) overlay(left, old, from, to)
    }
    from = to
  }
  return left
}

/** Copies a stretch as far as there is something to copy; the rest stays zeroed. */
const overlay = (target: Buffer, source: Buffer, from: number, to: number) =>
  source.subarray(from, to).copy(target, from)
