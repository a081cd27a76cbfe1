// The page of the API reference. It is made of this server's own files, and its policy lets it reach nothing else.

/** What the browser may load and call: this server alone. Scalar brings its styles in its script. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

// Words in tables stay whole: a number that is cut into lines can be neither read nor copied.
const STYLE = `
      #reference .markdown :is(th, td) { padding: 8px; font-size: 13px }
      #reference .markdown :is(th, td, td *) { overflow-wrap: normal; word-break: normal }
    `

/** Addresses are relative: a proxy in front may have put a path before them. */
export const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Errand API</title>
    <link rel="icon" href="data:,">
    <style>${STYLE}</style>
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. The same is in <a href="llms.txt">llms.txt</a> and <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/scalar.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`

const CONFIGURATION = {
  url: 'openapi.json',
  authentication: { preferredSecurityScheme: 'apiKey' },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  documentDownloadType: 'json',
  // What would come from its authors' servers, or send something there.
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
}

/** The script that starts the reference. */
export const SCRIPT = `Scalar.createApiReference('#reference', ${JSON.stringify(CONFIGURATION)})\n`
