/** One file of the simulated disk: the bytes that reads return, and the bytes that are on the disk. */
import type { randomOf } from "./faults.ts"

export interface Inode {
  readonly id: number
  readonly mode: number
  current: Buffer
  durable: Buffer
  /** The offset up to which `durable` is certainly on the disk. */
  stable: number
  /** Ranges dropped by a failed flush: readable, but not on the disk, and no later flush writes them. */
  dropped: Array<readonly [number, number]>
  flushErrors: number
  version: number
  modified: number
  /** Changes with every write, and not with a rename. */
  written: string
}

const sector = 512

/** Flushes a file to the disk, except the ranges that a failed flush dropped. */
export const flush = (inode: Inode): void => {
  const durable = Buffer.from(inode.current)
  for (const [from, to] of inode.dropped) durable.fill(0, from, Math.min(to, durable.length))
  inode.durable = durable
  inode.stable = durable.length
}

/** The bytes of a file after a power cut. */
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

/** Copies a range as far as the source has bytes; the rest stays zeroed. */
const overlay = (target: Buffer, source: Buffer, from: number, to: number) =>
  source.subarray(from, to).copy(target, from)
