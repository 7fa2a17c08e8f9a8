import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call, explain } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import type { ChannelServiceId } from './has-channel.ts'
import { t } from './messages.ts'

type Channel = Answer<'GET', '/studio/channels/*'>
type Category = NonNullable<Channel['category']>

interface ChannelDialogProps {
  readonly service: ChannelServiceId
  /** Name of the service. */
  readonly name: string
  readonly onClose: () => void
}

/** Title and category at Twitch or YouTube: first the access token, then what the service has, to be changed. */
export function ChannelDialog({ service: id, name, onClose }: ChannelDialogProps) {
  const [connected, setConnected] = useState<boolean>()
  useEffect(() => {
    call('GET', '/studio/channels').then(
      ({ items }) => setConnected(items.find((each) => each.service === id)?.connected ?? false),
      notifyError,
    )
  }, [id])
  return (
    <Dialog title={t.open(name)} onClose={onClose} testId="channel-dialog">
      {connected === false && <TokenForm id={id} name={name} onClose={onClose} onDone={() => setConnected(true)} />}
      {connected === true && <ChannelForm id={id} name={name} onClose={onClose} onLeave={() => setConnected(false)} />}
    </Dialog>
  )
}

interface FormProps {
  readonly id: ChannelServiceId
  readonly name: string
  readonly onClose: () => void
}

function TokenForm({ id, name, onClose, onDone }: FormProps & { readonly onDone: () => void }) {
  const connect = async (fields: FormData): Promise<void> => {
    await call('PUT', `/studio/channels/${id}/token`, { body: { token: String(fields.get('token') ?? '').trim() } })
    onDone()
  }
  return (
    <DialogForm onClose={onClose} onSubmit={connect} action={t.connect} testId="channel-connect">
      <p className="quiet">{t.tokenText(name)}</p>
      <div className="field">
        <label htmlFor="channel-token">{t.token}</label>
        <input
          id="channel-token"
          name="token"
          className="input"
          type="password"
          autoComplete="off"
          required
          maxLength={4000}
          aria-describedby="channel-token-help"
          data-testid="channel-token"
        />
        <span className="hint" id="channel-token-help">
          {t.tokenHelp[id]}
        </span>
      </div>
    </DialogForm>
  )
}

/** Between a letter and the search for it, ms. */
const pauseMs = 300

function ChannelForm({ id, name, onClose, onLeave }: FormProps & { readonly onLeave: () => void }) {
  const [channel, setChannel] = useState<Channel>()
  const [problem, setProblem] = useState('')
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Category[]>([])
  useEffect(() => {
    call('GET', `/studio/channels/${id}`).then(
      (read) => {
        setChannel(read)
        setText(read.category?.name ?? '')
      },
      (error: unknown) => setProblem(explain(error)),
    )
  }, [id])
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === '' || wanted === channel?.category?.name) return
    let gone = false
    const timer = setTimeout(() => {
      call('GET', `/studio/channels/${id}/categories`, { query: { text: wanted } }).then(
        ({ items }) => gone || setFound(items),
        (error: unknown) => gone || setProblem(explain(error)),
      )
    }, pauseMs)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [id, text, channel])
  const disconnect = async (): Promise<void> => {
    try {
      await call('PUT', `/studio/channels/${id}/token`, { body: { token: '' } })
      onLeave()
    } catch (error) {
      notifyError(error)
    }
  }
  const save = async (fields: FormData): Promise<void> => {
    const wanted = text.trim()
    const isKept = wanted === '' || wanted === channel?.category?.name
    const category = found.find((each) => each.name.toLowerCase() === wanted.toLowerCase())
    if (!isKept && category === undefined) throw new Error(t.noCategory(wanted))
    await call('PUT', `/studio/channels/${id}`, {
      body: { title: String(fields.get('title') ?? '').trim(), ...(isKept || category === undefined ? {} : { category: category.id }) },
    })
    notify(t.saved(name))
    onClose()
  }
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={save}
      action={t.save}
      testId="channel-save"
      disabled={channel === undefined}
      aside={
        <button type="button" className="button quiet" onClick={() => void disconnect()} data-testid="channel-disconnect">
          {t.disconnect}
        </button>
      }
    >
      {problem !== '' && (
        <p className="output-error" role="alert" data-testid="channel-problem">
          {problem}
        </p>
      )}
      {channel === undefined && problem === '' && (
        <p className="quiet" role="status">
          {t.loading}
        </p>
      )}
      {channel !== undefined && (
        <>
          <div className="field">
            <label htmlFor="channel-title">{t.title}</label>
            <input
              id="channel-title"
              name="title"
              className="input"
              defaultValue={channel.title}
              required
              maxLength={id === 'youtube' ? 100 : 140}
              data-testid="channel-title"
            />
          </div>
          <div className="field">
            <label htmlFor="channel-category">{t.category}</label>
            <input
              id="channel-category"
              className="input"
              list="channel-categories"
              value={text}
              maxLength={100}
              aria-describedby="channel-category-help"
              onChange={(event) => setText(event.currentTarget.value)}
              data-testid="channel-category"
            />
            <datalist id="channel-categories">
              {found.map((each) => (
                <option key={each.id} value={each.name} />
              ))}
            </datalist>
            <span className="hint" id="channel-category-help">
              {t.categoryHelp}
            </span>
          </div>
        </>
      )}
    </DialogForm>
  )
}
