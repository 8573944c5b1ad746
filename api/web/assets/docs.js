// Starts Swagger UI on our own document. A file of its own, because the page may run no inline script.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  // null: without it the page would send our document to a validator on the internet.
  validatorUrl: null,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
});
