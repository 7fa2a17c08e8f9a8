import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { health } from '../messages/page.ts'
import { FigureCharts, MarkList, ProcessTable } from './figure-charts.tsx'
import { FiguresFeed } from './figures-feed.ts'
import { FindingList } from './finding-list.tsx'
import { useFindings } from './finding-store.ts'
import { t } from './messages.ts'
import './health.css'

/** What is wrong and why, and the figures of the last hour. */
export function HealthPage() {
  useTitle(health.health)
  const findings = useFindings()
  const admin = useIsAdmin()
  const [feed, setFeed] = useState<FiguresFeed>()
  useEffect(() => {
    const opened = new FiguresFeed()
    setFeed(opened)
    return () => opened.close()
  }, [])
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{health.health}</h1>
          <p>{t.lead}</p>
        </div>
        {admin && (
          <a className="button" href="/api/v1/health/report" download title={t.saveReportHelp} data-testid="save-report">
            <Download size={16} aria-hidden="true" />
            {t.saveReport}
          </a>
        )}
      </header>
      <div className="stack health">
        <section aria-label={t.findings}>
          {findings === undefined ? <div className="skeleton stream-skeleton" aria-hidden="true" /> : <FindingList findings={findings} />}
        </section>
        {feed !== undefined && (
          <>
            <section className="stack" aria-labelledby="graphs-title">
              <div>
                <h2 id="graphs-title">{t.graphs}</h2>
                <p className="quiet small">{t.graphsHelp}</p>
              </div>
              <FigureCharts feed={feed} />
            </section>
            <div className="health-lists">
              <MarkList feed={feed} />
              <ProcessTable feed={feed} />
            </div>
          </>
        )}
      </div>
    </>
  )
}
