import { clientStore } from '../../client/store.ts'
import { confirm } from '../../components/dialog.tsx'
import { stopOutput } from '../commands.ts'
import { t } from '../messages.ts'
import { useShow } from '../show-store.ts'
import type { Output } from '../types.ts'
import { isLiveOutput } from './readiness.ts'

/** Whether an output runs, or tries to. */
export function isOn(output: Output): boolean {
  const state = useShow.getState().outputReports[output.id]?.state
  return state !== undefined && state !== 'off' && state !== 'failed'
}

/** How many people watch the streams of this host that these outputs make. */
function viewersOf(outputs: readonly Output[]): number {
  const names = new Set(outputs.filter(({ kind }) => kind === 'host').map(({ settings }) => settings.stream))
  return Object.values(clientStore.getState().streams).reduce((sum, { name, viewers }) => (names.has(name) ? sum + viewers : sum), 0)
}

/** Stops an output; asks first where viewers would lose it. */
export async function endOutput(output: Output): Promise<void> {
  if (
    isLiveOutput(output) &&
    !(await confirm(t.outputs.endOneTitle(output.name), t.outputs.endText(viewersOf([output])), t.outputs.endAction))
  )
    return
  await stopOutput(output.id)
}

/** Ends the stream everywhere, after asking. */
export async function endLive(outputs: readonly Output[]): Promise<void> {
  const on = outputs.filter((output) => isLiveOutput(output) && isOn(output))
  if (!(await confirm(t.outputs.endTitle, t.outputs.endText(viewersOf(on)), t.outputs.endAction))) return
  await Promise.all(on.map(({ id }) => stopOutput(id)))
}
