/** What a small business says on its one page. Texts are trusted HTML. */
export interface Business {
  /** The page as it is sent is empty: its script fetches what it shows. */
  builtByScript?: true
  name: string
  tagline: string
  phone: string
  address: string
  /** Rows of the table of opening hours: day, hours. */
  hours: readonly (readonly [day: string, hours: string])[]
  sections: readonly { title: string; paragraphs: readonly string[] }[]
}

const renderHead = ({ name, tagline }: Business): string => `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${tagline}">
<title>${name} – ${tagline}</title>`

/** The same business as a page of an application: without its script it says nothing. */
export const renderShell = (business: Business): string => `<!doctype html>
<html lang="en">
<head>
${renderHead(business)}
</head>
<body>
<noscript>Please enable JavaScript.</noscript>
<div id="app"></div>
<script>fetch(location.pathname.replace(/\\/?$/,'/content.html')).then(answer=>answer.text()).then(html=>{document.getElementById('app').innerHTML=html})</script>
</body>
</html>
`

/** What one came to read. */
export const renderContent = (business: Business): string => `<main>
<article>
<h1>${business.name}</h1>
<p class="lead">${business.tagline}</p>
${business.sections.map(renderSection).join('\n')}
<section id="hours">
<h2>Opening hours</h2>
<table><tbody>
${business.hours.map(([day, hours]) => `<tr><th scope="row">${day}</th><td>${hours}</td></tr>`).join('\n')}
</tbody></table>
</section>
<section id="visit">
<h2>Visit us</h2>
<p>You find us at ${business.address}. Call us at <a href="tel:${business.phone.replace(/[^\d+]/g, '')}">${business.phone}</a>; we answer during opening hours.</p>
</section>
</article>
</main>`

/** An ordinary page: navigation, a cookie notice, scripts and a footer around what one came to read. */
export const renderPage = (business: Business): string => `<!doctype html>
<html lang="en">
<head>
${renderHead(business)}
<style>body{font-family:Georgia,serif;margin:0}nav a{margin-right:1em}.cookie{position:fixed;bottom:0}</style>
<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date())</script>
</head>
<body>
<header>
<a class="logo" href="./">${business.name}</a>
<nav aria-label="Main"><a href="#about">About</a><a href="#hours">Hours</a><a href="#visit">Visit us</a><a href="/careers">Careers</a></nav>
</header>
<div class="cookie" role="dialog">We use cookies to improve your visit. <button type="button">Accept all</button></div>
${renderContent(business)}
<aside><h2>Newsletter</h2><form action="/newsletter" method="post"><input type="email" name="email" placeholder="Your e-mail"><button>Subscribe</button></form></aside>
<footer><p>© ${business.name}. <a href="/privacy">Privacy</a> · <a href="/imprint">Imprint</a></p></footer>
<script>document.querySelector('.cookie button').addEventListener('click',e=>e.target.parentElement.remove())</script>
</body>
</html>
`

const renderSection = ({ title, paragraphs }: Business['sections'][number], index: number): string =>
  `<section${index === 0 ? ' id="about"' : ''}>
<h2>${title}</h2>
${paragraphs.map(text => `<p>${text}</p>`).join('\n')}
</section>`
