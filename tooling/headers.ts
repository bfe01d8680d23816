/** The headers that every server of a page sends; `docs/board.md` shows them for the usual hosts. */
export const headers = {
  // A policy in the page itself cannot forbid frames, in which another page could draw over the buttons.
  "Content-Security-Policy": "frame-ancestors 'none'",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
} as const

/** The same in the form of a `_headers` file, which Cloudflare Pages and Netlify read. */
export const headersFile = `/*\n${Object.entries(headers)
  .map(([name, value]) => `  ${name}: ${value}\n`)
  .join("")}`
