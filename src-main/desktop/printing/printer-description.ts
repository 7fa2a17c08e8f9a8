import type { IppAttribute } from '../../formats/ipp.ts'

/** The one printer of a display, as its programs know it. */
export const printerName = 'PDF'
export const printerPath = `/printers/${printerName}`
const printerUri = `ipp://localhost${printerPath}`

/** Operations, RFC 8011, section 5.4.15, and those of CUPS. */
export const operations = {
  printJob: 0x0002,
  validateJob: 0x0004,
  createJob: 0x0005,
  sendDocument: 0x0006,
  cancelJob: 0x0008,
  getJobAttributes: 0x0009,
  getJobs: 0x000a,
  getPrinterAttributes: 0x000b,
  cupsGetDefault: 0x4001,
  cupsGetPrinters: 0x4002,
} as const

/** Of CUPS: prints in colour, is the default printer. */
const printerType = 0x0004 | 0x20000

export const printerAttributes: readonly IppAttribute[] = [
  ['printer-uri-supported', 'uri', printerUri],
  ['uri-security-supported', 'keyword', 'none'],
  ['uri-authentication-supported', 'keyword', 'none'],
  ['printer-name', 'name', printerName],
  ['printer-info', 'text', 'PDF for whoever works here'],
  ['printer-location', 'text', ''],
  ['printer-make-and-model', 'text', 'AMI Streams PDF'],
  ['printer-type', 'enum', printerType],
  ['printer-state', 'enum', 3],
  ['printer-state-reasons', 'keyword', 'none'],
  ['printer-is-accepting-jobs', 'boolean', true],
  ['printer-is-shared', 'boolean', false],
  ['printer-up-time', 'integer', 1],
  ['queued-job-count', 'integer', 0],
  ['ipp-versions-supported', 'keyword', '1.1', '2.0'],
  ['operations-supported', 'enum', ...Object.values(operations)],
  ['charset-configured', 'charset', 'utf-8'],
  ['charset-supported', 'charset', 'utf-8'],
  ['natural-language-configured', 'language', 'en'],
  ['generated-natural-language-supported', 'language', 'en'],
  ['document-format-default', 'mediaType', 'application/pdf'],
  ['document-format-supported', 'mediaType', 'application/pdf'],
  ['pdl-override-supported', 'keyword', 'attempted'],
  ['compression-supported', 'keyword', 'none'],
  ['color-supported', 'boolean', true],
  ['sides-supported', 'keyword', 'one-sided'],
  ['media-default', 'keyword', 'iso_a4_210x297mm'],
  ['media-supported', 'keyword', 'iso_a4_210x297mm', 'na_letter_8.5x11in'],
]

export type JobState = 'pending' | 'completed' | 'aborted'
const jobStates = { pending: 3, completed: 9, aborted: 8 } as const

export function jobAttributes(job: { readonly id: number; readonly name: string; readonly state: JobState }): readonly IppAttribute[] {
  return [
    ['job-uri', 'uri', `ipp://localhost/jobs/${job.id}`],
    ['job-id', 'integer', job.id],
    ['job-printer-uri', 'uri', printerUri],
    ['job-name', 'name', job.name],
    ['job-state', 'enum', jobStates[job.state]],
    ['job-state-reasons', 'keyword', 'none'],
  ]
}

const papers = { A4: '595 842', Letter: '612 792' } as const
const sizes = Object.entries(papers)
const chosen = (option: string): string =>
  [
    `*OpenUI *${option}: PickOne`,
    `*OrderDependency: 10 AnySetup *${option}`,
    `*Default${option}: A4`,
    ...sizes.map(([name, size]) => `*${option} ${name}/${name}: "<</PageSize[${size}]/ImagingBBox null>>setpagedevice"`),
    `*CloseUI: *${option}`,
  ].join('\n')

/** What older print dialogues ask for in the place of attributes: PostScript Printer Description, version 4.3, with CUPS' extensions. */
export const printerPpd = `*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "PDF.PPD"
*Manufacturer: "AMI Streams"
*Product: "(PDF)"
*ModelName: "AMI Streams PDF"
*ShortNickName: "AMI Streams PDF"
*NickName: "AMI Streams PDF"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*FileSystem: False
*Throughput: "1"
*LandscapeOrientation: Plus90
*TTRasterizer: Type42
*cupsVersion: 2.3
*cupsFilter: "application/vnd.cups-pdf 0 -"
${chosen('PageSize')}
${chosen('PageRegion')}
*DefaultImageableArea: A4
${sizes.map(([name, size]) => `*ImageableArea ${name}/${name}: "0 0 ${size}"`).join('\n')}
*DefaultPaperDimension: A4
${sizes.map(([name, size]) => `*PaperDimension ${name}/${name}: "${size}"`).join('\n')}
*DefaultFont: Courier
*Font Courier: Standard "(1.05)" Standard ROM
`
