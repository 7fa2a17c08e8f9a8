import { type Static, Type } from 'typebox'

/** When recordings go by themselves; null: never for that reason. */
export const RetentionSchema = Type.Object(
  {
    maxAgeDays: Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 36_500, description: 'older recordings go' }), Type.Null()]),
    maxTotalMegabytes: Type.Union([Type.Integer({ minimum: 1, description: 'the oldest go until all together are smaller' }), Type.Null()]),
    minFreeMegabytes: Type.Integer({
      minimum: 0,
      description: 'the oldest are deleted until the disk has this much free space; recordings of streams wait for it',
    }),
  },
  { additionalProperties: false },
)
export type Retention = Static<typeof RetentionSchema>

/** What of a recording decides whether it goes. */
export interface Expendable {
  readonly id: string
  readonly startedAt: string
  readonly bytes: number
  readonly state: string
  /** Never deleted automatically. */
  readonly kept: boolean
  /** In the trash since, ISO 8601. */
  readonly deletedAt: string | null
}

const megabyte = 1_000_000
const dayMs = 86_400_000

/**
 * Which recordings are to be deleted, in this order: those in the trash for longer than `trashMs`, those too old, then the oldest until the
 * sum and the disk's free bytes are as the policy says; the trash goes first. Running and protected recordings are never deleted.
 */
export function expired(
  recordings: readonly Expendable[],
  policy: Retention,
  now: { readonly timeMs: number; readonly freeBytes: number; readonly trashMs: number },
): readonly string[] {
  const going: string[] = []
  let total = 0
  let free = now.freeBytes
  for (const recording of recordings) total += recording.bytes
  const candidates = recordings
    .filter((each) => each.state !== 'recording' && each.state !== 'writing' && (!each.kept || each.deletedAt !== null))
    .sort((a, b) => Number(b.deletedAt !== null) - Number(a.deletedAt !== null) || (a.startedAt < b.startedAt ? -1 : 1))
  for (const { id, bytes, startedAt, deletedAt } of candidates) {
    const thrownAway = deletedAt !== null && now.timeMs - Date.parse(deletedAt) >= now.trashMs
    const tooOld = policy.maxAgeDays !== null && now.timeMs - Date.parse(startedAt) > policy.maxAgeDays * dayMs
    const tooMuch = policy.maxTotalMegabytes !== null && total > policy.maxTotalMegabytes * megabyte
    const tooTight = free < policy.minFreeMegabytes * megabyte
    if (!thrownAway && !tooOld && !tooMuch && !tooTight) continue
    going.push(id)
    total -= bytes
    free += bytes
  }
  return going
}
