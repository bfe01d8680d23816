/** Spellings of a store's location that hold a password, as people and programs get them wrong. */
export const spellings = (secret: string): ReadonlyArray<string> => {
  const encoded = encodeURIComponent(secret)
  const authority = `app:${secret}@127.0.0.1:1/handoffs`
  const rest = [
    authority,
    `app:a@${secret}@127.0.0.1:1/handoffs`,
    `my_app:${secret}@h`,
    `1:${secret}@h`,
    `:${secret}@h`
  ]
  const schemes = [
    ..."postgres:// postgresql:// POSTGRES:// Postgres:// postgres:/ postgres: postgres:/// postgres// postgres;//".split(
      " "
    ),
    ..."// :// pg:// mysql:// jdbc:postgresql:// file:// file: memory: memory://".split(" "),
    ..."sqlite: sqlite:// sqlite:file: SQLITE:".split(" "),
    ""
  ]
  const addresses = schemes.flatMap((scheme) => rest.map((one) => scheme + one))
  const parameters = [
    `host=127.0.0.1 port=1 user=app password=${secret} dbname=handoffs`,
    `password=${secret}`,
    `user=app;password=${secret}`,
    `Server=h;User Id=app;Password=${secret}`,
    `postgres://app@127.0.0.1:1/handoffs?password=${secret}`,
    `postgres://app@127.0.0.1:1/handoffs?sslpassword=${secret}`,
    `postgres://app@127.0.0.1:1/handoffs;password=${secret}`,
    `postgres://app@127.0.0.1;password=${secret}/handoffs`,
    `postgres://app;password=${secret}@127.0.0.1:1/handoffs`,
    `postgres://app@127.0.0.1:1/handoffs%3Bpassword%3D${secret}`,
    `postgres://app@127.0.0.1:1/handoffs?host=h;password=${secret}`,
    `postgres://app:x#${secret}@127.0.0.1:1/handoffs`,
    `postgres://app:x/${secret}@127.0.0.1:1/handoffs`,
    `sqlite:handoffs.db?password=${secret}`,
    `handoffs.json?token=${secret}`,
    `sqlite:file:handoffs.db?key=${secret}`,
    `file:handoffs.json?password=${secret}`,
    `DATABASE_URL=postgres://${authority}`,
    `export X=postgres://${authority}`,
    `postgres%3A%2F%2Fapp%3A${encoded}%40127.0.0.1%3A1%2Fhandoffs`
  ]
  const wrappings: ReadonlyArray<(text: string) => string> = [
    (text) => text,
    ...[" ", "\n", "\u00A0", "\uFEFF", "\u202E", "\u0000", '"', "<"].flatMap((mark) => [
      (text: string) => mark + text,
      (text: string) => mark + text + mark
    ]),
    (text) => `${text} `,
    (text) => text.replace("://", ":\t//")
  ]
  // Every address as it is, and one of each kind in every wrapping.
  const wrapped = [...schemes.map((scheme) => scheme + authority), ...parameters]
  return [...addresses, ...wrapped.flatMap((location) => wrappings.map((wrap) => wrap(location)))]
}
