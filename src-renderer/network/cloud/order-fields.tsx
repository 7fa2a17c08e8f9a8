import { useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { notifyError } from '../../components/toasts.tsx'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'
import { priceText } from './price-text.ts'

type Offers = Answer<'GET', '/network/providers/*/offers'>

/** What is typed about machines and the nodes on them. */
export interface OrderDraft {
  readonly provider: string
  readonly size: string
  readonly region: string
  readonly origin: string
  readonly publicUrl: string
  readonly httpPort: string
  readonly httpsPort: string
  readonly cache: boolean
}

export const newOrder = (provider: string): OrderDraft => ({
  ...{ provider, size: '', region: '', origin: '', publicUrl: 'http://{ip}', httpPort: '80', httpsPort: '443', cache: false },
})

/** The node as the API takes it; what is not asked for here is left as it is. */
export const nodeOf = ({ origin, publicUrl, httpPort, httpsPort, cache }: OrderDraft) => ({
  ...{ origin: origin.trim().replace(/\/$/, ''), publicUrl: publicUrl.trim(), httpPort: Number(httpPort), cache },
  httpsPort: httpsPort.trim() === '' ? ('off' as const) : Number(httpsPort),
})

/** Which machine, and what its node is to be; `several`: in more than one region. */
export function OrderFields({
  providers,
  draft,
  change,
  several = false,
}: {
  readonly providers: readonly string[]
  readonly draft: OrderDraft
  readonly change: (changes: Partial<OrderDraft>) => void
  readonly several?: boolean
}) {
  const { provider, size, region } = draft
  const [offers, setOffers] = useState<Offers>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is chosen is kept where it is offered
  useEffect(() => {
    setOffers(undefined)
    if (provider === '') return
    let isLeft = false
    call('GET', `/network/providers/${provider}/offers`).then((found) => {
      if (isLeft) return
      setOffers(found)
      const chosen = found.sizes.find(({ name }) => name === size) ?? found.sizes[0]
      const at = chosen?.prices.some((price) => price.region === region) || several ? region : ''
      change({ size: chosen?.name ?? '', region: at || (chosen?.prices[0]?.region ?? '') })
    }, notifyError)
    return () => {
      isLeft = true
    }
  }, [provider])
  const chosen = offers?.sizes.find(({ name }) => name === size)
  return (
    <>
      <div className="field">
        <label htmlFor="order-provider">{t.provider}</label>
        <select
          id="order-provider"
          className="input"
          value={provider}
          onChange={(event) => change({ provider: event.target.value })}
          data-testid="order-provider"
        >
          {providers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      {offers === undefined ? (
        <p className="quiet">{t.loading}</p>
      ) : (
        <>
          <div className="field">
            <label htmlFor="order-size">{t.size}</label>
            <select
              id="order-size"
              className="input"
              value={size}
              onChange={(event) => {
                const { name, prices } = offers.sizes.find((each) => each.name === event.target.value) ?? { name: '', prices: [] }
                change({
                  size: name,
                  ...(several || prices.some((price) => price.region === region) ? {} : { region: prices[0]?.region ?? '' }),
                })
              }}
              data-testid="order-size"
            >
              {offers.sizes.map(({ name, cpus, memoryMb, prices }) => (
                <option key={name} value={name}>
                  {t.sizeOption(
                    name,
                    cpus,
                    String(Number((memoryMb / 1024).toFixed(1))),
                    priceText(Math.min(...prices.map(({ perHour }) => perHour)), offers.currency),
                  )}
                </option>
              ))}
            </select>
          </div>
          {several ? (
            <TextField
              id="order-regions"
              label={t.regions}
              value={region}
              onChange={(text) => change({ region: text })}
              hint={t.regionsHint}
              required
            />
          ) : (
            <div className="field">
              <label htmlFor="order-region">{t.region}</label>
              <select
                id="order-region"
                className="input"
                value={region}
                onChange={(event) => change({ region: event.target.value })}
                data-testid="order-region"
              >
                {chosen?.prices.map((price) => (
                  <option key={price.region} value={price.region}>
                    {`${price.region} ${offers.regions.find(({ name }) => name === price.region)?.description ?? ''}`}
                  </option>
                ))}
              </select>
            </div>
          )}
        </>
      )}
      <TextField id="order-origin" label={t.origin} value={draft.origin} onChange={(origin) => change({ origin })} required />
      <TextField
        id="order-url"
        label={t.publicUrl}
        value={draft.publicUrl}
        onChange={(publicUrl) => change({ publicUrl })}
        hint={t.publicUrlHint}
      />
      <div className="fleet-pair">
        <TextField
          id="order-http"
          label={t.httpPort}
          value={draft.httpPort}
          onChange={(httpPort) => change({ httpPort })}
          type="number"
          required
        />
        <TextField
          id="order-https"
          label={t.httpsPort}
          value={draft.httpsPort}
          onChange={(httpsPort) => change({ httpsPort })}
          type="number"
        />
      </div>
      <label className="check">
        <input type="checkbox" checked={draft.cache} onChange={() => change({ cache: !draft.cache })} /> {t.cache}
      </label>
    </>
  )
}
