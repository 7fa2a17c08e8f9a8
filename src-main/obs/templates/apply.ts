import type { BatchResult } from '../connection/obs-connection.ts'
import { requestFault } from '../connection/obs-fault.ts'
import { filterRequests, inputRequests, itemRequests } from '../control/changes.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { ObsRequest } from '../schemas/commands.ts'
import { requestsAtOnce } from './ask.ts'
import type { SceneWork, Work } from './plan.ts'

/**
 * Does what a plan says: creates everything, hidden, puts it into its place, then shows it. Rejects with `obs.*` at the first request that
 * fails; what was done until then stays, and a plan that is made then goes on from there.
 */
export async function applyWork(session: ObsSession, work: Work): Promise<void> {
  await send(
    session,
    work.newScenes.map((sceneName) => ({ request: 'CreateScene', data: { sceneName } })),
  )
  const items = await createItems(session, work.scenes)
  await send(session, [
    ...work.newFilters.flatMap(({ source, filter }) => [
      {
        request: 'CreateSourceFilter',
        data: { sourceName: source, filterName: filter.name, filterKind: filter.kind, filterSettings: filter.settings },
      },
      ...(filter.enabled ? [] : filterRequests({ source, filter: filter.name, enabled: false })),
    ]),
    ...work.filters.flatMap(filterRequests),
    ...work.inputs.flatMap(inputRequests),
  ])
  const placed = work.scenes.flatMap(({ scene, slots, others: above, reorder }, at) => {
    const ids = items[at] as readonly number[]
    const changes = slots.flatMap(({ changes: { enabled: _, ...others } }, index) =>
      itemRequests({ scene, item: ids[index] as number, ...others }),
    )
    return [...changes, ...(reorder ? orderRequests(scene, [...ids, ...above]) : [])]
  })
  const shown = work.scenes.flatMap(({ scene, slots }, at) =>
    slots.flatMap(({ changes: { enabled } }, index) =>
      enabled === undefined ? [] : itemRequests({ scene, item: items[at]?.[index] as number, enabled }),
    ),
  )
  await send(session, [...placed, ...shown])
}

/** Ids of the items of each scene, those included that are created. */
async function createItems(session: ObsSession, scenes: readonly SceneWork[]): Promise<readonly (readonly number[])[]> {
  const requests = scenes.flatMap(({ scene, slots }) =>
    slots.flatMap(({ source, item, newInput }): ObsRequest[] => {
      if (item !== undefined) return []
      if (newInput === undefined)
        return [{ request: 'CreateSceneItem', data: { sceneName: scene, sourceName: source, sceneItemEnabled: false } }]
      const { kind, settings } = newInput
      const input = { inputName: source, inputKind: kind, inputSettings: settings }
      return [{ request: 'CreateInput', data: { sceneName: scene, ...input, sceneItemEnabled: false } }]
    }),
  )
  const created = (await send(session, requests)).map(({ answer }) => Number(answer?.sceneItemId))
  let next = 0
  return scenes.map(({ slots }) => slots.map(({ item }) => item ?? (created[next++] as number)))
}

/** Puts items of a scene into an order, lowest first. */
export const orderRequests = (scene: string, items: readonly number[]): ObsRequest[] =>
  items.flatMap((item, index) => itemRequests({ scene, item, index }))

/** Sends requests one after the other. Rejects with what OBS says to the first that fails. */
async function send(session: ObsSession, requests: readonly ObsRequest[]): Promise<readonly BatchResult[]> {
  const results: BatchResult[] = []
  for (let from = 0; from < requests.length; from += requestsAtOnce) {
    const answers = await session.batch(requests.slice(from, from + requestsAtOnce), { haltOnFailure: true })
    const failed = answers.find(({ ok }) => !ok)
    if (failed !== undefined) throw requestFault(failed.request, failed.code, failed.comment)
    results.push(...answers)
  }
  return results
}
