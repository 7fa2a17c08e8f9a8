import { useState } from 'react'
import { call } from '../client/api.ts'
import { Resource, useResource } from '../client/resource.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify } from '../components/toasts.tsx'
import { displays, scales } from './displays.ts'
import { t } from './messages.ts'
import {
  choiceText,
  firstMissing,
  isThere,
  Remedies,
  Remedy,
  type Requirement,
  type RequirementName,
  type Requirements,
} from './requirements.tsx'
import { SessionUserField } from './session-user-field.tsx'

/** After how many minutes without a viewer a display ends; 0: never. */
const ends = [0, 10, 60, 1440] as const
/** What programs speak, and what makes the display: of X11 Xvnc, where nothing else is said. */
type Protocol = 'x11' | 'xorg' | 'wayland'
type Starts = 'desktop' | 'program' | 'nothing' | 'attach' | 'portal'

const portalOffer = new Resource({ path: () => '/desktop/portal' })
const machine = new Resource({ path: () => '/desktop/requirements' })

/** What a display lacks that is to be made for programs that speak this; with what starts on it. */
const needs: Readonly<Record<Protocol, Readonly<Record<'server' | 'desktop', RequirementName>>>> = {
  x11: { server: 'x11', desktop: 'lightDesktop' },
  xorg: { server: 'xorg', desktop: 'lightDesktop' },
  wayland: { server: 'wayland', desktop: 'waylandTerminal' },
}

/** What keeps a choice from working; undefined: it works. */
function lackOf(requirements: Requirements, starts: Starts, protocol: Protocol): Requirement | undefined {
  if (starts === 'attach') return undefined
  if (starts === 'portal') return firstMissing(requirements, ['portal'])
  const { server, desktop } = needs[protocol]
  return firstMissing(requirements, starts === 'desktop' ? [server, desktop] : [server])
}

/** In the order of the list: the first that works is chosen where nobody chose another. */
const choices: readonly Starts[] = ['desktop', 'program', 'nothing', 'portal', 'attach']
const protocols: readonly Protocol[] = ['x11', 'xorg', 'wayland']
/** What a display of other programs speaks. */
const attachable: readonly Protocol[] = ['x11', 'wayland']

const protocolNames = (): Readonly<Record<Protocol, string>> => ({ x11: 'X11', xorg: t.xorg, wayland: t.wayland })

/** What is chosen: as somebody chose it, where that works. */
function chosenOf(requirements: Requirements, wanted: Starts | undefined, speaks: Protocol | undefined) {
  const works = (starts: Starts, protocol: Protocol): boolean => lackOf(requirements, starts, protocol) === undefined
  const protocol =
    speaks ??
    protocols.find((each) => works(wanted ?? 'desktop', each)) ??
    protocols.find((each) => isThere(requirements, needs[each].server)) ??
    'x11'
  const starts = [wanted, ...choices].find((each) => each !== undefined && works(each, protocol)) ?? 'attach'
  return { starts, protocol }
}

/** Creates a display: what it is called, and what starts on it. */
export function NewDisplayDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [wanted, setWanted] = useState<Starts>()
  const [speaks, setSpeaks] = useState<Protocol>()
  const [command, setCommand] = useState('')
  const [endAfter, setEndAfter] = useState(0)
  const [locks, setLocks] = useState(false)
  const [startsWithHost, setStartsWithHost] = useState(false)
  const [user, setUser] = useState('')
  const [scale, setScale] = useState<(typeof scales)[number]>(1)
  const [server, setServer] = useState('')
  const [authority, setAuthority] = useState('')
  const offer = useResource(portalOffer)
  const known = useResource(machine)
  const requirements: Requirements = known && new Map(known.items.map((each) => [each.name, each]))
  const { starts, protocol } = chosenOf(requirements, wanted, speaks)
  /** What starts by itself there. */
  const desktop = requirements?.get(needs[protocol].desktop)?.found[0] ?? null
  const texts: Readonly<Record<Starts, string>> = {
    desktop: protocol !== 'wayland' ? t.lightDesktop(desktop) : t.waylandTerminal(desktop),
    program: t.program,
    nothing: t.nothing,
    portal: t.portal,
    attach: t.attach,
  }
  const attaches = starts === 'attach'
  /** Its size, programs and end are not ours. */
  const isOthers = attaches || starts === 'portal'
  const missingOf = (names: readonly RequirementName[]): readonly Requirement[] =>
    names.flatMap((each) => (isThere(requirements, each) ? [] : (requirements?.get(each) ?? [])))
  /** What the display that is chosen will not have. */
  const warned = isOthers
    ? []
    : missingOf([
        ...(starts === 'desktop' && protocol !== 'wayland' ? (['terminal'] as const) : []),
        ...(protocol === 'wayland' ? (['xwayland'] as const) : []),
        'audio',
      ])
  /** What keeps choices from working. */
  const lacking = missingOf(['x11', 'xorg', 'lightDesktop', 'wayland', 'waylandTerminal', 'portal'])
  const submit = async (): Promise<void> => {
    const hasCookie = protocol !== 'wayland' && authority.trim() !== ''
    const words = command.trim().split(/\s+/)
    const added = await displays.keep(
      call('POST', '/desktop/displays', {
        body: {
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(attaches && {
            attach: { server: server.trim(), ...(hasCookie ? { authority: authority.trim() } : {}) },
          }),
          ...(starts === 'portal' && { attach: { portal: true } }),
          ...(isOthers || endAfter === 0 ? {} : { endAfterMinutes: endAfter }),
          ...(locks && { locksOnLeave: true }),
          ...(starts !== 'portal' && protocol === 'wayland' && { protocol }),
          ...(!isOthers && protocol === 'xorg' && { xServer: protocol }),
          ...(!isOthers && protocol !== 'wayland' && user !== '' && { user }),
          ...(!isOthers && protocol === 'wayland' && scale !== 1 && { scale }),
          ...(!isOthers && startsWithHost && { startsWithHost: true }),
          ...(isOthers || starts === 'desktop' ? {} : { command: starts === 'nothing' ? null : words }),
        },
      }),
    )
    notify(t.created(added.name))
    onClose()
  }
  return (
    <Dialog title={t.createTitle} onClose={onClose} testId="display-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={t.create}
        testId="display-submit"
        disabled={(starts === 'program' && command.trim() === '') || (attaches && server.trim() === '')}
      >
        <div className="field">
          <label htmlFor="display-name">{t.name}</label>
          <input
            id="display-name"
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={80}
            aria-describedby="display-name-help"
            data-testid="display-name"
          />
          <span className="hint" id="display-name-help">
            {t.nameHelp}
          </span>
        </div>
        <div className="field">
          <label htmlFor="display-starts">{t.starts}</label>
          <select
            id="display-starts"
            className="input"
            value={starts}
            onChange={(event) => setWanted(event.target.value as Starts)}
            aria-describedby={starts === 'portal' ? 'display-portal-help' : undefined}
            data-testid="display-starts"
          >
            {choices.map((each) => {
              const lack = lackOf(requirements, each, protocol)
              return (
                <option key={each} value={each} disabled={lack !== undefined}>
                  {choiceText(texts[each], lack)}
                </option>
              )
            })}
          </select>
          {starts === 'portal' && (
            <span className="hint" id="display-portal-help">
              {t.portalHelp} {offer?.remembers === true ? t.portalRemembers : t.portalAsksAgain}
            </span>
          )}
        </div>
        {starts !== 'portal' && (
          <div className="field">
            <label htmlFor="display-protocol">{t.protocol}</label>
            <select
              id="display-protocol"
              className="input"
              value={protocol}
              onChange={(event) => setSpeaks(event.target.value as Protocol)}
              aria-describedby="display-protocol-help"
              data-testid="display-protocol"
            >
              {(attaches ? attachable : protocols).map((each) => {
                const lack = attaches ? undefined : firstMissing(requirements, [needs[each].server])
                return (
                  <option key={each} value={each} disabled={lack !== undefined}>
                    {choiceText(protocolNames()[each], lack)}
                  </option>
                )
              })}
            </select>
            <span className="hint" id="display-protocol-help">
              {attaches ? t.attachProtocolHelp : protocol === 'xorg' ? t.xorgHelp : t.protocolHelp}
            </span>
          </div>
        )}
        {warned.map((each) => (
          <Remedy key={each.name} requirement={each} />
        ))}
        <Remedies requirements={lacking} />
        {!isOthers && protocol !== 'wayland' && <SessionUserField user={user} onChange={setUser} />}
        {!isOthers && protocol === 'wayland' && (
          <div className="field">
            <label htmlFor="display-scale">{t.scale}</label>
            <select
              id="display-scale"
              className="input"
              value={scale}
              onChange={(event) => setScale(scales.find((each) => each === Number(event.target.value)) ?? 1)}
              aria-describedby="display-scale-help"
              data-testid="display-scale"
            >
              {scales.map((each) => (
                <option key={each} value={each}>
                  {t.percent(each * 100)}
                </option>
              ))}
            </select>
            <span className="hint" id="display-scale-help">
              {t.scaleHelp}
            </span>
          </div>
        )}
        {starts === 'program' && (
          <div className="field">
            <label htmlFor="display-command">{t.command}</label>
            <input
              id="display-command"
              className="input"
              value={command}
              onChange={(event) => setCommand(event.target.value)}
              maxLength={1000}
              spellCheck={false}
              autoComplete="off"
              required
              aria-describedby="display-command-help"
              data-testid="display-command"
            />
            <span className="hint" id="display-command-help">
              {t.commandHelp}
            </span>
          </div>
        )}
        {attaches && (
          <>
            <div className="field">
              <label htmlFor="display-server">{protocol !== 'wayland' ? t.attachServer : t.attachSocket}</label>
              <input
                id="display-server"
                className="input"
                value={server}
                onChange={(event) => setServer(event.target.value)}
                maxLength={101}
                spellCheck={false}
                autoComplete="off"
                required
                aria-describedby="display-server-help"
                data-testid="display-server"
              />
              <span className="hint" id="display-server-help">
                {protocol !== 'wayland' ? t.attachServerHelp : t.attachSocketHelp}
              </span>
            </div>
            {protocol !== 'wayland' && (
              <div className="field">
                <label htmlFor="display-authority">{t.attachAuthority}</label>
                <input
                  id="display-authority"
                  className="input"
                  value={authority}
                  onChange={(event) => setAuthority(event.target.value)}
                  maxLength={1000}
                  spellCheck={false}
                  autoComplete="off"
                  aria-describedby="display-authority-help"
                  data-testid="display-authority"
                />
                <span className="hint" id="display-authority-help">
                  {t.attachAuthorityHelp}
                </span>
              </div>
            )}
          </>
        )}
        {!isOthers && (
          <div className="field">
            <label htmlFor="display-ends">{t.ends}</label>
            <select
              id="display-ends"
              className="input"
              value={endAfter}
              onChange={(event) => setEndAfter(Number(event.target.value))}
              data-testid="display-ends"
            >
              {ends.map((minutes) => (
                <option key={minutes} value={minutes}>
                  {t.endsAfter(minutes)}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label className="check">
            <input
              type="checkbox"
              checked={locks}
              onChange={({ target }) => setLocks(target.checked)}
              aria-describedby="display-locks-help"
              data-testid="display-locks"
            />{' '}
            {t.locksOnLeave}
          </label>
          <span className="hint" id="display-locks-help">
            {t.locksOnLeaveHelp}
          </span>
        </div>
        {!isOthers && (
          <div className="field">
            <label className="check">
              <input
                type="checkbox"
                checked={startsWithHost}
                onChange={({ target }) => setStartsWithHost(target.checked)}
                aria-describedby="display-starts-with-host-help"
                data-testid="display-starts-with-host"
              />{' '}
              {t.startsWithHost}
            </label>
            <span className="hint" id="display-starts-with-host-help">
              {t.startsWithHostHelp}
            </span>
          </div>
        )}
      </DialogForm>
    </Dialog>
  )
}
