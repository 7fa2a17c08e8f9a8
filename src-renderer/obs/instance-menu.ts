import { call } from '../client/api.ts'
import type { MenuEntry } from '../components/context-menu.tsx'
import { confirm } from '../components/dialog.tsx'
import { notifyError } from '../components/toasts.tsx'
import { t } from './messages.ts'
import { instances, type ObsInstance } from './obs-stores.ts'

async function remove({ id, name }: ObsInstance): Promise<void> {
  if (!(await confirm(t.removeTitle(name), t.removeText, t.remove))) return
  await call('DELETE', `/obs/${id}`)
}

/** What can be done with the connection of an OBS. */
export function instanceEntries(
  instance: ObsInstance,
  onEdit: () => void,
  { onToken }: { readonly onToken?: (token: string) => void } = {},
): readonly (readonly MenuEntry[])[] {
  const { id, enabled, state, connector } = instance
  const renew = async (): Promise<void> => {
    if (!(await confirm(t.renewTitle(instance.name), t.renewText, t.renewToken))) return
    onToken?.((await call('POST', `/obs/${id}/connector-token`)).token)
  }
  const keep = (answer: Promise<ObsInstance>): void => void instances.keep(answer).catch(notifyError)
  return [
    [
      { label: t.edit, act: onEdit },
      ...(connector !== null && onToken !== undefined ? [{ label: t.renewToken, act: () => void renew().catch(notifyError) }] : []),
      ...(enabled && state !== 'connected' ? [{ label: t.connect, act: () => keep(call('POST', `/obs/${id}/connect`)) }] : []),
      {
        label: enabled ? t.switchOff : t.switchOn,
        act: () => keep(call('PATCH', `/obs/${id}`, { body: { enabled: !enabled } })),
      },
    ],
    [{ label: t.remove, act: () => void remove(instance).catch(notifyError) }],
  ]
}
