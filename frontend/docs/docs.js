window.SwaggerUIBundle({
  dom_id: '#api',
  url: '../api/openapi.json',
  // Nobody else is asked whether the document is valid, and no token outlives the page.
  validatorUrl: 'none',
  persistAuthorization: false,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});
